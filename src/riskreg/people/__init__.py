"""Who acts and what they may see: people, teams, roles, tokens, sessions."""
