interface Field {
  name: string;
  from: number;
  to: number;
  words?: readonly string[];
  /** Marks of its own: `?`, or the likes of `L`, `15W` and `5#2`. */
  special?: RegExp;
}

const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const weekdays = "SUN MON TUE WED THU FRI SAT".split(" ");
const dayOfMonth: Field = {
  name: "day of month",
  from: 1,
  to: 31,
  special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/,
};
const dayOfWeek: Field = {
  name: "day of week",
  from: 1,
  to: 7,
  words: weekdays,
  special: /^(\?|L|[1-7]L|[1-7]#[1-5])$/,
};

const month: Field = { name: "month", from: 1, to: 12, words: months };

const fields: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  dayOfMonth,
  month,
  dayOfWeek,
  { name: "year", from: 1970, to: 2199 },
];

/**
 * What is wrong with a cron expression of Application Auto Scaling ("0 8 ? * MON-FRI *": minute,
 * hour, day of month, month, day of week, year), or undefined when it is right.
 * Unlike in Unix, one of the two days must be `?`.
 */
export function cronFault(expression: string): string | undefined {
  const values = expression.split(" ");
  if (values.length !== fields.length)
    return `it has ${values.length} fields with one space between them, not 6`;
  const bad = fields.findIndex((field, i) => !fits(field, values[i] ?? ""));
  if (bad >= 0) return `"${values[bad] ?? ""}" is no ${fields[bad]?.name ?? "field"}`;
  if (values.filter((value) => value === "?").length !== 1)
    return "exactly one of day of month and day of week must be ?";
  const [, , day = "", ofMonth = ""] = values;
  return comes(day, ofMonth) ? undefined : `no month of "${ofMonth}" has a day ${day}`;
}

/** Whether the first of the days is in one of the months; asked of plain months only. */
function comes(day: string, ofMonth: string): boolean {
  const first = Math.min(...day.split(",").map((part) => Number.parseInt(part, 10)));
  return ofMonth.split(",").some((part) => {
    const number = toNumber(month, part);
    return number === undefined || !(first > longestDay(number));
  });
}

/** The last day of a month, in a leap year for February. */
function longestDay(ofMonth: number): number {
  return new Date(Date.UTC(2028, ofMonth, 0)).getUTCDate();
}

function fits(field: Field, value: string): boolean {
  if (field.special?.test(value) === true) return true;
  return value.split(",").every((part) => {
    const [range = "", step, ...rest] = part.split("/");
    if (rest.length > 0 || (step !== undefined && !isStep(field, step))) return false;
    return range === "*" || isRange(field, range);
  });
}

function isStep({ to }: Field, step: string): boolean {
  return /^[1-9]\d*$/.test(step) && Number(step) <= to;
}

function isRange(field: Field, range: string): boolean {
  const [first = "", last = first, ...rest] = range.split("-");
  const [from, to] = [toNumber(field, first), toNumber(field, last)];
  if (rest.length > 0 || from === undefined || to === undefined) return false;
  return from <= to && from >= field.from && to <= field.to;
}

function toNumber(field: Field, text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const word = field.words?.indexOf(text.toUpperCase()) ?? -1;
  return word < 0 ? undefined : word + field.from;
}
