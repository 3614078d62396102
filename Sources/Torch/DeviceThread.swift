import Foundation

/// The one thread that all of libtorch runs on, as the executor of the actors that use it.
///
/// libtorch's modes and libgomp's teams belong to a thread; a thread of its own also keeps long
/// computations away from Swift's small cooperative pool.
public final class DeviceThread: SerialExecutor, @unchecked Sendable {
  /// The process's device thread.
  public static let shared = DeviceThread()

  // Guarded by `condition`.
  private var jobs: [UnownedJob] = []
  private let condition = NSCondition()

  private init() {
    let thread = Thread { [unowned self] in run() }
    thread.name = "delineate-torch"
    thread.stackSize = 16 << 20
    thread.start()
  }

  /// Runs a job of an actor on the device thread, after those before it.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      condition.signal()
    }
  }

  private func run() -> Never {
    while true {
      let job = condition.withLock {
        while jobs.isEmpty { condition.wait() }
        return jobs.removeFirst()
      }
      job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }
}
