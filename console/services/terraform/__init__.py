"""Terraform: the state of a stack."""
