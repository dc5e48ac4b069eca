"""The released data and the engines that answer from it."""
