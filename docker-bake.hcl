# Every image of the system, for this machine:  docker buildx bake
# One of them:                                  docker buildx bake counter
# For everybody:      PLATFORMS=linux/amd64,linux/arm64 REGISTRY=… docker buildx bake --push
#
# The Pulumi program builds from the same Dockerfiles where it is given no digests.

variable "REGISTRY" {
  description = "Where the images go: all that comes before their names"
  default     = "page-services/"
}

variable "TAG" {
  description = "Tag of every image"
  default     = "latest"
}

variable "PLATFORMS" {
  description = "Platforms to build for, separated by commas; this machine's own without any"
  default     = ""
}

variable "CACHE" {
  description = "Kind of cache to read and write, such as gha; the builder's own alone without"
  default     = ""
}

variable "REVISION" {
  description = "Commit that the images are built from, kept as a label"
  default     = ""
}

variable "ATTEST" {
  description = "Anything: the images carry an SBOM and their provenance, for a registry that keeps them"
  default     = ""
}

group "default" {
  description = "All images"
  targets     = ["services", "prometheus"]
}

target "services" {
  description = "The services, each by its name"
  name        = service
  matrix = {
    service = ["counter", "catalog", "stream-guard"]
  }
  inherits   = ["image"]
  dockerfile = "services/Dockerfile"
  args       = { SERVICE = service }
  tags       = [tag(service)]
  cache-from = cache(service, "")
  cache-to   = cache(service, ",mode=max")
}

target "prometheus" {
  description = "Prometheus with its configuration"
  inherits    = ["image"]
  context     = "pulumi/prometheus"
  tags        = [tag("prometheus")]
  cache-from  = cache("prometheus", "")
  cache-to    = cache("prometheus", ",mode=max")
}

# What all images have in common.
target "image" {
  platforms = compact(split(",", PLATFORMS))
  # Not by default: the engine of a plain Docker cannot load an image that has attestations.
  attest = ATTEST == "" ? [] : ["type=sbom", "type=provenance,mode=max"]
  labels = {
    "org.opencontainers.image.revision" = REVISION
  }
}

function "tag" {
  params = [name]
  result = "${REGISTRY}${name}:${TAG}"
}

# A scope of its own for each image: they never push each other out.
function "cache" {
  params = [scope, options]
  result = CACHE == "" ? [] : ["type=${CACHE},scope=${scope}${options}"]
}
