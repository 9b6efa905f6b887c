"""Stage: pseudo action units from OpenFace."""
