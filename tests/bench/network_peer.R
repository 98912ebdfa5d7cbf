# Rscript network_peer.R FILE: R's spatstat on the streets and events of FILE (see network_bench.c), for each
# line of stdin: seconds of processor time and the greatest density per kilometre.
#
#   heat H N              densityfun.lpp (the heat kernel) at the middles of ten lixels a street
#   continuous H N        densityEqualSplit, quartic, at pixels along the streets, about as many
#   discontinuous H N
#
# spatstat's sigma is a standard deviation: that of the quartic of bandwidth H on the line is H / sqrt(7).
suppressMessages(library(spatstat))
file <- file(commandArgs(trailingOnly = TRUE)[1], "rb")
head <- readBin(file, "double", 3)
x <- readBin(file, "double", head[1])
y <- readBin(file, "double", head[1])
from <- readBin(file, "double", head[2]) + 1
to <- readBin(file, "double", head[2]) + 1
segment <- readBin(file, "double", head[3]) + 1
place <- readBin(file, "double", head[3])
window <- owin(range(x), range(y))
streets <- linnet(ppp(x, y, window = window, check = FALSE), edges = cbind(from, to), sparse = TRUE)
# linnet keeps the order and the direction of its edges.
stopifnot(all(streets$from == from), all(streets$to == to))
events <- function(n) lpp(data.frame(seg = segment[seq_len(n)], tp = place[seq_len(n)]), streets)
lixel_segment <- rep(seq_along(from), each = 10)
lixel_place <- rep((seq_len(10) - 0.5) / 10, length(from))
lixel_x <- x[from][lixel_segment] + lixel_place * (x[to] - x[from])[lixel_segment]
lixel_y <- y[from][lixel_segment] + lixel_place * (y[to] - y[from])[lixel_segment]
cat("ready\n")
flush(stdout())
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  word <- strsplit(line, " ")[[1]]
  sigma <- as.numeric(word[2]) / sqrt(7)
  X <- events(as.numeric(word[3]))
  before <- proc.time()
  if (word[1] == "heat") {
    f <- densityfun.lpp(X, sigma, dx = 10)
    result <- f(lixel_x, lixel_y, lixel_segment, lixel_place)
  } else {
    # Of this, as density.lpp(continuous = FALSE) does not pass that on (3.0-6).
    result <- densityEqualSplit(X, sigma, kernel = "biweight", continuous = word[1] == "continuous", eps = 10,
                                verbose = FALSE, savehistory = FALSE)
    result <- attr(result, "df")$values
  }
  used <- proc.time() - before
  cat(sprintf("%.6f %.6f %d\n", used[["user.self"]] + used[["sys.self"]], max(result) * 1000, length(result)))
  flush(stdout())
}
