"""A risk and change-management register for organisations that label data for Trust & Safety."""
