/**
 * How soon the cluster sees that a process is gone. A killed or frozen owner of a run is replaced within ten seconds: its
 * lock and its heartbeat end at most `lockExpires` after it was last heard of; the others look for that once in
 * `lookAround`; each takes free shards at most a second later, or at its next `poll` where it came a moment too early;
 * and its messages are read at once, or at the next `poll` where the first statement that shows them fails.
 * 5 + 1 + 1 + 1 = 8 seconds, which leaves two for that, or for a database that is slow. A message that was read by one who
 * no longer has its run is read again within `readAgain` and a `poll`.
 */
import * as Duration from "effect/Duration"

/** By the database's clock, so that a process that is frozen loses its shards like one that is gone. */
export const lockExpires = Duration.seconds(5)

/** Locks are renewed so often, and the engine's heartbeat with them: three times before they end. */
export const refresh = Duration.millis(1_600)

/** A process says so often that its address is still its own. */
export const heartbeat = Duration.seconds(1)

/** Time between two looks at which processes there are. */
export const lookAround = Duration.seconds(1)

/** Time between two looks at the clock, whether the locks have ended. */
export const lookAtLocks = Duration.millis(200)

/** Time between two looks for messages and for free shards. */
export const poll = Duration.seconds(1)

/** What was read and is in nobody's hands is read again after this, and at the next `poll` where reading it failed. */
export const readAgain = Duration.seconds(3)

/** Time between two looks for runs that nobody was told of. */
export const lookForRuns = Duration.seconds(2)

/** Time between two looks for what was cut off of runs that are over. */
export const lookForCutOff = Duration.minutes(1)

/** A run that fails is tried again after this. */
export const pause = Duration.seconds(2)

/**
 * What is under way when a run is handed over has so long to come to an end, and is then interrupted. A run is always
 * under way, and its journal takes an interruption at any instant, so this is how long nobody conducts it.
 */
export const handOver = Duration.millis(300)

/** One that stops waits so long for the database, each time that it has to tell it something. */
export const farewell = Duration.seconds(1)

/** A message reaches the owner of its run within this, or else is found at the owner's next poll. */
export const notify = Duration.seconds(2)

/** Who has not been seen for so long, more than three heartbeats, does not use its address any more. */
export const silence = Duration.millis(3_500)

/** Who has not been seen for so long is left out of the table of members. */
export const forgottenAfter = Duration.hours(1)

/** A connection of which nothing has come for so long is given up. Each statement of the cluster takes milliseconds. */
export const databaseSilence = Duration.seconds(3)

/** A connection that nobody uses is ended after this. */
export const idle = Duration.seconds(2)

/** A statement waits so long for a connection. */
export const connect = Duration.seconds(5)

/** The system asks after a connection that is at rest after this, and gives it up ten seconds later. */
export const keepAlive = Duration.seconds(10)

/** One that joins waits so long for its turn to make the tables, and has as long to make them. */
export const turn = Duration.seconds(15)

/** Who has the turn, or waits for it, is heard of so often. */
export const asks = Duration.millis(200)

/** Who has the turn and is not heard of for so long loses it. */
export const forgets = Duration.seconds(5)
