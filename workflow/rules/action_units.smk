rule read_action_units:
    input:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    output:
        action_units=f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
    log:
        f"{RESULTS}/logs/action_units/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/action_units/{{dataset}}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=settings_of("action_units"),
    shell:
        "python -m ulcag action-units --settings {params.settings:q} --samples {input.samples}"
        " --out {output.action_units} 2>&1 | tee {log}"


rule action_units:
    input:
        expand(
            f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
            dataset=DATASETS,
        ),
