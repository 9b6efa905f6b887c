rule read_action_units:
    input:
        ancient(listed),
        lambda w: there(CONFIG.datasets[w.dataset].action_units.folder),
        lambda w: there(CONFIG.datasets[w.dataset].action_units.table),
        unpack(faces_for_csv),
        samples=ancient(f"{RESULTS}/samples/{{dataset}}/samples.parquet"),
    output:
        action_units=f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
    log:
        f"{RESULTS}/logs/action_units/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/action_units/{{dataset}}.tsv"
    wildcard_constraints:
        dataset="|".join(FROM_CSV) or NO_DATASET,
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        settings=lambda w: json.dumps(
            CONFIG.datasets[w.dataset].action_units.of_table(), sort_keys=True
        ),
        rows=rows_of,
        files=csv_files_of,
        faces=lambda w, input: (
            option("faces", input.faces) if "faces" in input.keys() else ""
        ),
    shell:
        "python -m ulcag action-units --settings {params.settings:q} --samples {input.samples:q} {params.faces}"
        " --out {output.action_units:q} 2>&1 | tee {log:q}"


# Settings that change no result are a resource and not a parameter, so that an edit of them runs nothing again.
# No `container:`, which would mean Apptainer and nothing else: the command starts the container itself, with
# whichever engine the settings name, under --use-conda and without.
rule run_openface:
    input:
        # beside its table, where the command finds it
        crops=f"{RESULTS}/faces/{{dataset}}/shard-{{shard}}.arrow",
        faces=f"{RESULTS}/faces/{{dataset}}/shard-{{shard}}.parquet",
    output:
        table=f"{RESULTS}/action_units/{{dataset}}/shard-{{shard}}.parquet",
    log:
        f"{RESULTS}/logs/action_units/{{dataset}}/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/action_units/{{dataset}}/{{shard}}.tsv"
    wildcard_constraints:
        dataset="|".join(BY_OPENFACE) or NO_DATASET,
    conda:
        "../../envs/tables.yaml"
    threads: lambda w: openface(w).threads
    resources:
        mem_mb=lambda w, threads, attempt: 1000 * attempt
        + threads * openface(w).memory_mb,
        # Not growing: each attempt goes on where the one before was stopped.
        runtime=240,
        execution=lambda w: " ".join(
            f"--set openface.{name}={getattr(openface(w), name)}"
            for name in EXECUTION_ONLY
            if name != "threads"
        ),
    params:
        settings=lambda w: json.dumps(
            CONFIG.datasets[w.dataset].action_units.of_table(), sort_keys=True
        ),
        state=f"{RESULTS}/.state/action_units/{{dataset}}/{{shard}}",
    shell:
        "python -m ulcag openface --settings {params.settings:q} {resources.execution}"
        " --faces {input.faces:q} --threads {threads} --state {params.state:q} --out {output.table:q}"
        " 2>&1 | tee {log:q}"


rule merge_action_units:
    input:
        ancient([LISTED, PASSED]),
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        tables=shards(f"{RESULTS}/action_units/{{dataset}}/shard-{{shard}}.parquet"),
    output:
        action_units=f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
    log:
        f"{RESULTS}/logs/action_units/{{dataset}}/merge.log",
    benchmark:
        f"{RESULTS}/benchmarks/action_units/{{dataset}}/merge.tsv"
    wildcard_constraints:
        dataset="|".join(BY_OPENFACE) or NO_DATASET,
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(30),
    shell:
        "python -m ulcag merge action_units {input.tables:q} --samples {input.samples:q}"
        " --out {output.action_units:q} 2>&1 | tee {log:q}"


rule action_units:
    input:
        CHECKPOINTS,
        expand(
            f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
            dataset=DATASETS,
        ),
