const sizesByFamily = {
  "t3|t4g": "micro|small|medium",
  "[mr]5": "large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge",
  "[mr](6g|7g)|c7gn": "large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge",
};

const types = Object.entries(sizesByFamily).map(([family, sizes]) => `(${family})\\.(${sizes})`);

/** Node types of ElastiCache that run Valkey, as of November 2026; none that tiers data to disks. */
export const cacheNode = new RegExp(`^cache\\.(${types.join("|")})$`);
