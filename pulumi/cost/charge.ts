/** One line of a monthly bill. */
export interface Charge {
  /** The row it is summed up in. */
  kind: string;
  /** `fixed`: it costs this by standing there. `usage`: it costs this in a quiet month. */
  nature: "fixed" | "usage";
  quantity: number;
  /** What is counted: an hour, a GB, a month of one thing. */
  unit: string;
  unitUsd: number;
}

export function fixed(kind: string, amount: [number, string], unitUsd: number): Charge {
  const [quantity, unit] = amount;
  return { kind, nature: "fixed", quantity, unit, unitUsd };
}

export function usage(...charge: Parameters<typeof fixed>): Charge {
  return { ...fixed(...charge), nature: "usage" };
}
