const DATA_UNITS = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"] as const;
const BIT_UNITS = ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"] as const;

/** The units CloudWatch knows. */
export const UNITS = [
    "None",
    "Count",
    "Count/Second",
    "Percent",
    "Seconds",
    "Milliseconds",
    "Microseconds",
    ...DATA_UNITS,
    ...BIT_UNITS,
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
] as const;

export type Unit = (typeof UNITS)[number];
