"""Attacks on what the program promises, as ``make soak`` runs them; the suite has short forms of them."""
