/// Where the processes of a training meet, and which of them this is.
public struct ProcessMeeting: Hashable, Sendable {
  /// Which of the processes this is, from 0.
  public var rank: Int
  /// How many there are.
  public var count: Int
  /// Which of the processes on its machine this is, from 0: it takes the CUDA device of that number.
  public var localRank: Int
  /// How many processes of its launcher share its machine's cores.
  public var localCount: Int
  /// The machine of process 0.
  public var host: String
  /// The TCP port there.
  public var port: Int
  /// Whether the launcher listens there already, as torchrun does; else process 0 does.
  public var isLauncherListening: Bool
  /// Keeps several meetings at one place apart: those before and after a launcher's restart.
  public var name: String
  /// The network interface to use; `nil` takes the one that the machine's name stands for.
  public var interface: String?

  /// A meeting from its parts.
  public init(
    rank: Int,
    count: Int,
    localRank: Int = 0,
    localCount: Int = 1,
    host: String,
    port: Int,
    isLauncherListening: Bool = false,
    name: String = "delineate",
    interface: String? = nil
  ) {
    self.rank = rank
    self.count = count
    self.localRank = localRank
    self.localCount = localCount
    self.host = host
    self.port = port
    self.isLauncherListening = isLauncherListening
    self.name = name
    self.interface = interface
  }

  /// The indices of a batch's samples that this process takes: every ``count``-th.
  public func share(of batchSize: Int) -> [Int] {
    Array(stride(from: rank, to: batchSize, by: count))
  }
}
