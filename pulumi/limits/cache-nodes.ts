/** Node types of ElastiCache that run Valkey, as of November 2026; none that tiers data to disks. */
export const cacheNode =
  /^cache\.((t3|t4g)\.(micro|small|medium)|[mr]5\.((|x|[24]x|12x|24x)large)|([mr](6g|7g)|c7gn)\.((|x|[248]x|12x|16x)large))$/;
