"""Appraisal: from gross to net, and what that costs whom, of a policy, a platform or a site."""
