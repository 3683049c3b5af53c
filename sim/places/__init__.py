"""A place of one's own: the questions of ``sim new``, and the scenario files that it writes."""
