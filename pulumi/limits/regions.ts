/** Zones that a new account sees in a region; 3 in all others. */
export const zonesByRegion: Record<string, number> = {
  "ap-northeast-2": 4,
  "us-east-1": 6,
  "us-west-1": 2,
  "us-west-2": 4,
};
