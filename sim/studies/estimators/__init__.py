"""Estimators: indices, posteriors, intervals."""
