/** Node types of ElastiCache that run Valkey, as of November 2026. */
export const cacheNode =
  /^cache\.((t3|t4g)\.(micro|small|medium)|[mr](5|6g|7g)\.(large|xlarge|(2|4|8|12|16|24)xlarge)|(r6gd|c7gn)\.(large|xlarge|(2|4|8|12|16)xlarge))$/;
