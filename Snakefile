# ULC-AG: from pictures to tables and figures.
#
#   snakemake --cores 8                  everything that config.yaml names
#   snakemake --cores 8 --use-conda      the same, each rule in its own environment from envs/
#   snakemake --cores 8 faces            up to one stage: samples, faces, action_units, graph, train, evaluate,
#                                        audit, tables, figures
#   snakemake --report report.html       an HTML report of what has been made
#   snakemake --profile workflow/profiles/slurm
#                                        everything, through Slurm: docs/cluster.md

from snakemake.utils import min_version

min_version("9.20")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


# First, because Snakemake makes what the first rule names. Crops are named although training asks for them too: Snakemake
# makes a missing file again only if a target names it.
rule all:
    input:
        lambda w: [
            path
            for stage in ("faces", "evaluate", "audit", "tables", "figures")
            for path in getattr(rules, stage).input
        ],


include: "workflow/rules/common.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/samples.smk"
include: "workflow/rules/faces.smk"
include: "workflow/rules/action_units.smk"
include: "workflow/rules/graph.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/reporting.smk"
