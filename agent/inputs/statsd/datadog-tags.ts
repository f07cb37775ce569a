// The tag list of DogStatsD: `k1:v1,k2:v2,flag`, without the `#` in front. Differs from Telegraf 1.39 where that one
// chains lone keys (`a,b` became a=b) and cuts a last tag that ends in a multi-byte character.

/** Later keys win. A lone key and an empty value are `true`; only the first colon separates. */
export function readDatadogTags(list: string, into: Map<string, string>): void {
  for (const tag of list.split(",")) {
    const colon = tag.indexOf(":");
    const key = colon < 0 ? tag : tag.slice(0, colon);
    const value = colon < 0 ? "" : tag.slice(colon + 1);
    if (key !== "") into.set(key, value === "" ? "true" : value);
    else if (value !== "") into.set(value, "true");
  }
}
