# The spatial scan in plain R over the areas of the file: `areas N` answers with seconds of processor time and the
# largest log likelihood ratio; N replications are scanned after it, sums and ratios as vectors over the zones.
path <- commandArgs(trailingOnly = TRUE)[1]
cat("ready\n")
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  replications <- as.integer(strsplit(line, " ")[[1]][2])
  areas <- as.matrix(read.table(path))
  before <- proc.time()[["user.self"]]
  people <- areas[, 3]
  cases <- areas[, 4]
  total <- sum(cases)
  distance <- as.matrix(dist(areas[, 1:2]))
  inside <- lapply(seq_along(cases), function(i) {
    near <- order(distance[, i])
    near[cumsum(people[near]) <= sum(people) / 2]
  })
  expected <- unlist(lapply(inside, function(z) total * cumsum(people[z]) / sum(people)))
  largest <- function(y) {
    n <- unlist(lapply(inside, function(z) cumsum(y[z])))
    max(ifelse(n > expected, n * log(n / expected) + (total - n) * log((total - n) / (total - expected)), 0))
  }
  found <- largest(cases)
  set.seed(1)
  drawn <- rmultinom(replications, total, people)
  for (r in seq_len(replications)) largest(drawn[, r])
  cat(proc.time()[["user.self"]] - before, format(found, digits = 17), "0\n")
  flush(stdout())
}
