"""What is counted each month and each December, and the outcomes read from it."""
