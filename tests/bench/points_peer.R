# Rscript points_peer.R FILE N: R's dbscan, spatstat and surveillance on the points of FILE (see points_bench.c for it and for the
# lines of stdin); answers each with seconds of processor time, a number and a sum as ours.
suppressMessages({library(dbscan); library(spatstat)})
args <- commandArgs(trailingOnly = TRUE)
n <- as.numeric(args[2])
file <- file(args[1], "rb")
points <- cbind(readBin(file, "double", n), readBin(file, "double", n))
even <- ppp(readBin(file, "double", 1e5), readBin(file, "double", 1e5), window = owin(c(0, 10000), c(0, 10000)),
            check = FALSE)
cat("ready\n")
flush(stdout())
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  word <- strsplit(line, " ")[[1]]
  before <- proc.time()
  if (word[1] == "dbscan") {
    result <- dbscan::dbscan(points, as.numeric(word[2]), as.numeric(word[3]))
    used <- proc.time() - before
    near <- dbscan::frNN(points, as.numeric(word[2]))
    core <- lengths(near$id) + 1 >= as.numeric(word[3])
    sum <- 0
    for (v in 2 * result$cluster + core) sum <- (sum * 31 + v) %% 1000003
    number <- max(result$cluster)
  } else if (word[1] == "hdbscan") {
    result <- dbscan::hdbscan(points[seq_len(as.numeric(word[3])), ], as.numeric(word[2]))
    used <- proc.time() - before
    number <- max(result$cluster)
    sum <- sum(result$cluster == 0)
  } else if (word[1] == "knox") {
    data(imdepi, package = "surveillance")
    events <- imdepi$events
    out <- file(paste0(args[1], ".events"), "wb")
    writeBin(c(sp::coordinates(events), events$time), out)
    close(out)
    before <- proc.time()
    invisible(capture.output( # it draws its progress
      result <- surveillance::knox(dt = dist(events$time), ds = dist(sp::coordinates(events)),
                                   eps.t = as.numeric(word[3]), eps.s = as.numeric(word[2]), simulate.p.value = TRUE,
                                   B = as.numeric(word[4]))))
    used <- proc.time() - before
    number <- result$statistic
    sum <- surveillance::knox(dt = dist(events$time), ds = dist(sp::coordinates(events)), eps.t = as.numeric(word[3]),
                              eps.s = as.numeric(word[2]), simulate.p.value = FALSE)$p.value
  } else {
    result <- Kest(even, r = seq(0, as.numeric(word[3]), length.out = as.numeric(word[4]) + 1), correction = word[2],
                   nlarge = Inf)[[c(border = "border", isotropic = "iso", translation = "trans")[word[2]]]]
    used <- proc.time() - before
    number <- result[length(result)]
    sum <- mean(result)
  }
  cat(sprintf("%.6f %.17g %.17g\n", used[["user.self"]] + used[["sys.self"]], number, sum))
  flush(stdout())
}
