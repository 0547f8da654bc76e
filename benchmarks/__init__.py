"""How fast the site is, as ratios against the plainest alternative. See README.md here."""
