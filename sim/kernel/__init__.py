"""Compiled loops, their mathematics, threads and random numbers."""
