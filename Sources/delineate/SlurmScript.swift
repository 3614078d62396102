/// The script that submits a training's folds and the step after them to Slurm.
struct SlurmScript {
  /// The plan's name, for the job's.
  let name: String
  /// Paths, as the nodes see them.
  let work: String
  let program: String
  let model: String
  let folds: [Int]
  /// How many tasks run at once at most.
  let atOnce: Int?
  let nodes: Int
  /// Processes, GPUs of a node, cores of a process, memory of a node.
  let processes: Int
  let gpus: Int
  let cores: Int
  let megabytes: Int?
  let time: String
  /// Names of options with values that need no quotes.
  let choices: [(name: String, value: String?)]
  let precision: String

  /// The script; its jobs are here-documents that the shell leaves as they are.
  var text: String {
    """
    #!/bin/bash
    # Run this where jobs are submitted: it submits one task a fold, and the step after them.
    set -eu

    training=$(sbatch --parsable <<'END_OF_JOB'
    \(trainingJob)
    END_OF_JOB
    )
    training=${training%%;*}

    finishing=$(sbatch --parsable --dependency="afterok:$training" <<'END_OF_JOB'
    \(finishingJob)
    END_OF_JOB
    )
    echo "Submitted $training (\(folds.count == 1 ? "1 fold" : "\(folds.count) folds")) and \
    ${finishing%%;*} (the model, once they are trained)."

    """
  }

  private var trainingJob: String {
    let array = folds.map(String.init).joined(separator: ",") + (atOnce.map { "%\($0)" } ?? "")
    let options =
      [
        "job-name=\(jobName)", "array=\(array)", "output=\(jobName)_%A_%a.log", "open-mode=append",
        "nodes=\(nodes)", "ntasks-per-node=\(processes)", "cpus-per-task=\(cores)",
      ] + (gpus > 0 ? ["gpus-per-node=\(gpus)"] : []) + (megabytes.map { ["mem=\($0)M"] } ?? [])
      + ["time=\(time)"] + chosen + ["requeue", "signal=TERM@120"]
    let device = gpus > 0 ? "cuda" : "cpu"
    return """
      #!/bin/bash
      \(directives(options))

      # The processes meet on the first node, at a port by the job's number.
      MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
      MASTER_PORT=$((20000 + SLURM_JOB_ID % 12000))
      export MASTER_ADDR MASTER_PORT

      srun --cpus-per-task=\(cores) \\
        \(shellQuoted(program)) train \(shellQuoted(work)) \\
        --fold "$SLURM_ARRAY_TASK_ID" --threads \(cores) \\
        --device \(device) --precision \(precision)
      status=$?

      # Two minutes before its time is up a training is told to stop: it saves, ends with 143, and
      # goes on from there in its next turn.
      if [ "$status" = 143 ]; then
        scontrol requeue "$SLURM_JOB_ID"
      fi
      exit "$status"
      """
  }

  private var finishingJob: String {
    let options =
      [
        "job-name=\(jobName)_model", "output=\(jobName)_model_%j.log", "nodes=1", "ntasks=1",
        "cpus-per-task=\(cores)",
      ] + (megabytes.map { ["mem=\($0)M"] } ?? []) + ["time=\(time)"] + chosen
      + ["kill-on-invalid-dep=yes"]
    return """
      #!/bin/bash
      \(directives(options))

      srun --cpus-per-task=\(cores) \\
        \(shellQuoted(program)) finish \(shellQuoted(work)) \\
        --folds \(folds.map(String.init).joined(separator: " ")) --output \(shellQuoted(model))
      """
  }

  private func directives(_ options: [String]) -> String {
    options.map { "#SBATCH --\($0)" }.joined(separator: "\n")
  }

  private var chosen: [String] {
    choices.compactMap { choice in choice.value.map { "\(choice.name)=\($0)" } }
  }

  /// The plan's name with nothing in it that Slurm or a file's name would mind.
  private var jobName: String {
    let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return plain.isEmpty ? "delineate" : String(plain.prefix(60))
  }
}

/// A text as one word of a POSIX shell.
func shellQuoted(_ text: String) -> String {
  "'\(text.replacing("'", with: #"'\''"#))'"
}
