# Rscript density_peer.R FILE N: R's spatstat on the points of FILE (raw doubles, x then y), for each line of
# stdin: seconds of processor time and the result's maximum or bandwidth. See density_bench.c for the lines.
suppressMessages(library(spatstat))
args <- commandArgs(trailingOnly = TRUE)
n <- as.numeric(args[2])
file <- file(args[1], "rb")
x <- readBin(file, "double", n)
y <- readBin(file, "double", n)
X <- ppp(x, y, window = owin(c(0, 12800), c(0, 9600)), check = FALSE)
spread <- c(quartic = sqrt(1 / 8), epanechnikov = 1 / sqrt(6), gaussian = 1)
cat("ready\n")
flush(stdout())
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  word <- strsplit(line, " ")[[1]]
  before <- proc.time()
  if (word[1] == "raster") {
    # spatstat's sigma is a standard deviation; its quartic and Epanechnikov are those of the plane.
    result <- density(X, sigma = as.numeric(word[3]) * spread[[word[2]]], kernel = word[2], edge = word[4] == "edge",
                      dimyx = c(960, 1280))
    value <- max(result) * 1e6
  } else {
    Y <- X[seq_len(as.numeric(word[3]))]
    value <- as.numeric(if (word[2] == "ppl") bw.ppl(Y, warn = FALSE) else bw.diggle(Y, warn = FALSE))
  }
  used <- proc.time() - before
  cat(sprintf("%.6f %.6f\n", used[["user.self"]] + used[["sys.self"]], value))
  flush(stdout())
}
