"""Runs: many worlds of one scenario, on some workers, kept in one folder."""
