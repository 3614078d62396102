internal import Foundation

extension Node {
  /// Lets a study wait, each time twice as long; after the last attempt a person must look.
  func retry(_ study: QueuedStudy, now: Double, reason: String) throws {
    var study = study
    study.attempts += 1
    study.problem = reason
    if study.attempts >= configuration.attempts ?? 10 {
      study.phase = .failed
      log.write("failed", study, reason: reason)
    } else {
      // A study that got new objects meanwhile waits for more of them first.
      let seconds = configuration.retrySeconds ?? 30
      study.notBefore = now + min(seconds * pow(2, Double(study.attempts - 1)), 3600)
      log.write("again later", study, reason: reason)
    }
    try queue.update(study)
  }

  /// Removes what was answered long ago, and earlier where the disk's share is used up.
  /// - Returns: The bytes that the queue takes.
  func clean(now: Double) -> Int {
    let limit = (configuration.gigabytes ?? 50) * 1e9
    let keeping = (configuration.days ?? 7) * 86_400
    for study in queue.studies.values where study.phase == .done {
      if now - study.lastObject > keeping { queue.remove(study.key, entirely: true) }
    }
    var size = Double(DurableFile.size(of: queue.folder))
    if size > limit / 2 {
      let done = queue.studies.values.filter { $0.phase == .done }
      for study in done.sorted(by: { $0.lastObject < $1.lastObject }) where size > limit / 2 {
        size -= Double(DurableFile.size(of: queue.place(of: study.key)))
        queue.remove(study.key, entirely: false)
      }
    }
    let isFull = FileManager.default.fileExists(atPath: queue.full.path)
    if size > limit, !isFull {
      try? Data().write(to: queue.full)
      log.write("full", reason: "The queue has used its share of the disk.")
    } else if size < 0.9 * limit, isFull {
      try? FileManager.default.removeItem(at: queue.full)
      log.write("room again")
    }
    return Int(size)
  }
}
