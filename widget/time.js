const tag = (locale) => (locale.startsWith("en") ? "en-GB" : locale);

/** A time as "14:32" where the reader is. @param {Date} at @param {string} locale */
export function clock(at, locale) {
  return new Intl.DateTimeFormat(tag(locale), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** The local calendar day as "2026-11-24", to compare by. @param {Date} at */
export function dayKey(at) {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A day for reading: today, yesterday, "14 July", with its year when that is another. @param {Date} at @param {Date} now @param {string} locale @param {import("./words.js").Words} words */
export function day(at, now, locale, words) {
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(at) === dayKey(now)) return words.say("today");
  if (dayKey(at) === dayKey(before)) return words.say("yesterday");
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  const said = new Intl.DateTimeFormat(tag(locale), { ...year, month: "long", day: "numeric" }).format(at);
  return locale.startsWith("zh") ? said.replace(/(\d+)([年月])/g, "$1 $2 ").replace(/(\d+)日/, "$1 日").replace(/ +/g, " ") : said;
}
