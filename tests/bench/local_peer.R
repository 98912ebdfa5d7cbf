# Local statistics by spdep on a square of values: `gi SIDE PERMUTATIONS` and `moran SIDE PERMUTATIONS` answer with
# seconds of processor time, sum of |z| by the analytic moments, and the mean permuted p-value.
suppressMessages(library(spdep))
cat("ready\n")
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  words <- strsplit(line, " ")[[1]]
  side <- as.integer(words[2]); permutations <- as.integer(words[3])
  set.seed(1)
  x <- rnorm(side^2)
  nb <- cell2nb(side, side, type = "queen")
  before <- proc.time()[["user.self"]]
  if (words[1] == "gi") {
    answer <- localG_perm(x, nb2listw(include.self(nb), style = "B"), nsim = permutations, iseed = 1)
    z <- sum(abs(answer)); p <- mean(attr(answer, "internals")[, "Pr(z != E(Gi)) Sim"])
  } else {
    answer <- localmoran_perm(x, nb2listw(nb, style = "W"), nsim = permutations, iseed = 1)
    z <- sum(abs(answer[, "Z.Ii"])); p <- mean(answer[, "Pr(z != E(Ii)) Sim"])
  }
  cat(proc.time()[["user.self"]] - before, format(z, digits = 12), format(p, digits = 12), "\n")
  flush(stdout())
}
