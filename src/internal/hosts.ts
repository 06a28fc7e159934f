/** Names and addresses of machines, as somebody wrote them. */

/** This machine alone reaches it. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(host)

/** Every address of a machine, and so none that tells which machine. */
export const isUnspecified = (host: string): boolean => host === "0.0.0.0" || /^[0:]*:[0:]*$/.test(host)

/** As it stands in an address: IPv6 in brackets. */
export const bracketed = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host)
