"""What a request costs, beside a bare Django view of the same rows. Started by bin/bench."""
