// The name of a raw body, in a header: addresses end up in the logs of servers. The end of it, for the ending.
// RFC 6266, RFC 8187.
export function named(name) {
  const encoded = String(new URLSearchParams({ "": name.slice(-200) })).slice(1);
  return `attachment; filename*=UTF-8''${encoded.replaceAll("+", "%20").replaceAll("*", "%2A")}`;
}
