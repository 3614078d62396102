public import Torch

// What launchers say by the environment: torchrun (and all that speak PyTorch's language), Slurm's
// srun, and MPI's.
extension ProcessMeeting {
  /// Which process of a training this is; `nil` where the environment speaks of one process.
  ///
  /// `RANK` and `WORLD_SIZE` count first, then what srun and MPI launchers set. `MASTER_ADDR` and
  /// `MASTER_PORT` say where to meet; under srun they follow from the step's nodes and number, and
  /// on one machine they are the loopback's port 29500.
  /// - Throws: ``TrainingError/launch(variable:value:expected:)``.
  public init?(environment: [String: String]) throws(TrainingError) {
    let variables = Variables(environment)
    guard let count = try variables.number(Self.counts, 1...1_000_000), count > 1 else {
      return nil
    }
    guard let rank = try variables.number(Self.ranks, 0...(count - 1)) else {
      throw .launch(variable: "RANK", value: "not set", expected: "0 to \(count - 1)")
    }
    let isOnOneMachine =
      try variables.number(["LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"], 1...count) == count
    let firstNode = variables["SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"].flatMap(Self.firstNode)
    guard let host = variables["MASTER_ADDR"] ?? firstNode ?? (isOnOneMachine ? "127.0.0.1" : nil)
    else {
      throw .launch(
        variable: "MASTER_ADDR",
        value: "not set",
        expected: "the machine of process 0, for \(count) processes"
      )
    }
    let job = try variables.number(["SLURM_JOB_ID"], 0...Int.max)
    let step = try variables.number(["SLURM_STEP_ID"], 0...Int.max) ?? 0
    // Jobs that share a node meet at different ports.
    let derived = job.map { 20_000 + $0 % 3_000 * 4 + step % 4 }
    self.init(
      rank: rank,
      count: count,
      localRank: try variables.number(Self.localRanks, 0...(count - 1)) ?? 0,
      localCount: try variables.number(["LOCAL_WORLD_SIZE"], 1...count) ?? 1,
      host: host,
      port: try variables.number(["MASTER_PORT"], 1...65_535) ?? derived ?? 29_500,
      isLauncherListening: environment["TORCHELASTIC_USE_AGENT_STORE"] == "True",
      name: "delineate/\(environment["TORCHELASTIC_RESTART_COUNT"] ?? "0")",
      interface: variables["GLOO_SOCKET_IFNAME"].flatMap {
        $0.split(separator: ",").first.map(String.init)
      }
    )
  }

  /// srun says `SLURM_STEP_NUM_TASKS`; a batch script, which is one process, has `SLURM_NTASKS` too.
  private static let counts = [
    "WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
  ]
  private static let ranks = ["RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"]
  private static let localRanks = [
    "LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID",
  ]

  /// The first of Slurm's compressed node names: `gpu[03-05,09],cpu1` begins with `gpu03`.
  static func firstNode(of list: String) -> String? {
    guard let open = list.firstIndex(of: "["), !list[..<open].contains(",") else {
      return list.split(separator: ",").first.map(String.init)
    }
    let inside = list[list.index(after: open)...]
    guard let close = inside.firstIndex(of: "]") else { return nil }
    let first = inside[..<close].prefix { $0 != "-" && $0 != "," }
    let rest = String(inside[inside.index(after: close)...])
    // Several brackets in one name: each begins with its first number.
    guard let tail = rest.isEmpty || rest.hasPrefix(",") ? "" : firstNode(of: rest) else {
      return nil
    }
    return list[..<open] + first + tail
  }

  /// Variables that are set and not empty.
  private struct Variables {
    let values: [String: String]
    init(_ values: [String: String]) { self.values = values }

    /// The first that is there.
    subscript(_ names: String...) -> String? {
      names.lazy.compactMap { values[$0] }.first { !$0.isEmpty }
    }

    /// The first that is there, as a number.
    func number(_ names: [String], _ bounds: ClosedRange<Int>) throws(TrainingError) -> Int? {
      guard let name = names.first(where: { values[$0]?.isEmpty == false }), let text = values[name]
      else { return nil }
      guard let number = Int(text), bounds.contains(number) else {
        let words =
          bounds.upperBound == .max
          ? "a number" : "\(bounds.lowerBound) to \(bounds.upperBound)"
        throw .launch(variable: name, value: "«\(text)»", expected: words)
      }
      return number
    }
  }
}
