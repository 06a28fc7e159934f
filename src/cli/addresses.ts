/** Addresses of databases, as they may be shown. */

/** Without its password. */
export const withoutSecrets = ({ host, pathname, protocol, username }: URL): string =>
  `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`

/** What `--db` was given, as it may be shown. */
export const shown = (text: string): string =>
  text.startsWith("postgres") && URL.canParse(text) ? withoutSecrets(new URL(text)) : text
