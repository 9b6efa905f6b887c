"""Stage: finds faces and stores crops of them in shards."""
