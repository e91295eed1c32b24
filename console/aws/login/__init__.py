"""Signing in: the credential chain, MFA, SSO, and whether a login is lost."""
