rule count_cooccurrence:
    input:
        ancient(LISTED),
        samples="<results>/samples/{dataset}/samples.parquet",
        action_units="<results>/action_units/{dataset}/action_units.parquet",
    output:
        cooccurrence="<results>/graph/{dataset}/{fold}/cooccurrence.parquet",
    log:
        "<results>/logs/graph/{dataset}/{fold}.log",
    benchmark:
        "<results>/benchmarks/graph/{dataset}/{fold}.tsv"
    conda:
        "../../envs/torch.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(15),
    params:
        # When an action unit counts as present; training is told by what this rule writes.
        settings=lambda w: json.dumps(
            CONFIG.datasets[w.dataset].action_units.of_presence(), sort_keys=True
        ),
    shell:
        ulcag(
            "graph --settings {params.settings:q} --samples {input.samples:q}"
            " --action-units {input.action_units:q} --fold {wildcards.fold:q} --out {output.cooccurrence:q}"
        )


rule graph:
    input:
        rules.action_units.input,
        list(
            dict.fromkeys(
                per_run("<results>/graph/{dataset}/{fold}/cooccurrence.parquet")
            )
        ),
