internal import DICOMStudies
public import Foundation

/// A DICOM node: takes studies from peers, has them segmented by rules, sends structure sets back.
///
/// This process holds the queue and nothing else. Peers talk to a listener in a process of its own;
/// each segmentation and each answer is one too: whatever a file or a peer does to them, the queue
/// stays. The node may be killed at any moment: it goes on where it was.
public final class Node {
  let configuration: NodeConfiguration
  let program: String
  private let file: URL
  package internal(set) var queue: StudyQueue
  let log: AuditLog
  let status: NodeStatus
  /// A segmentation that runs.
  private struct Run {
    var key: String
    var child: ChildProgram
    /// The file that it writes.
    var answer: String
    /// Digests of the study's objects when it began.
    var objects: [String]
    var scan: String
  }

  private var listener: ChildProgram?
  private var listenerNotBefore = 0.0
  private var segmentation: Run?
  private var answers: [String: ChildProgram] = [:]
  private var isStopped = false
  private var nextCleaning = 0.0

  /// A node whose queue lies where the configuration says.
  /// - Parameters:
  ///   - file: The configuration.
  ///   - program: This program's path: it is started for listening, segmenting and sending.
  /// - Throws: ``NodeConfigurationError``, ``StorageError`` or ``QueueError``.
  public init(configuration file: URL, program: String) throws {
    guard let data = try? Data(contentsOf: file) else { throw NodeConfigurationError.notAnObject }
    configuration = try NodeConfiguration(json: data)
    try configuration.checkSecurity()
    self.file = file
    self.program = program
    queue = try StudyQueue(at: URL(filePath: configuration.queue))
    log = try AuditLog(at: queue.folder.appending(path: "audit.jsonl"))
    status = NodeStatus()
    queue.removeUnfinished()
  }

  /// Works until the process ends.
  /// - Throws: ``QueueError`` where the queue's disk fails, or the status page's port is taken.
  public func run() throws {
    if let port = configuration.statusPort { try StatusServer(status, port: port).start() }
    log.write("start", objects: queue.studies.count)
    while !isStopped {
      let isBusy = try step(now: Date().timeIntervalSince1970)
      if !isBusy { Thread.sleep(forTimeInterval: 0.1) }
    }
  }

  /// One round: nothing in it waits.
  /// - Returns: Whether there may be more to do at once.
  package func step(now: Double) throws -> Bool {
    keepListening(now: now)
    let arrivals = try queue.takeIn(now: now)
    for (key, count) in arrivals.taken.sorted(by: { $0.key < $1.key }) {
      log.write("received", queue.studies[key], objects: count)
    }
    for rejection in arrivals.rejected {
      log.write("rejected", caller: rejection.caller, reason: rejection.reason)
    }
    status.count(
      objects: arrivals.taken.values.reduce(0, +),
      repeated: arrivals.repeated,
      rejected: arrivals.rejected.count
    )
    try settleComplete(now: now)
    try continueSegmentation(now: now)
    try continueAnswers(now: now)
    if now >= nextCleaning {
      nextCleaning = now + 2
      let size = clean(now: now)
      status.update(
        queue.studies.values,
        isListening: listener?.isRunning == true,
        isFull: FileManager.default.fileExists(atPath: queue.full.path),
        bytes: size,
        now: now
      )
    }
    return !arrivals.taken.isEmpty
  }

  /// Ends the listener and what runs; the queue keeps the rest.
  package func stop() {
    isStopped = true
    listener?.end()
    segmentation?.child.end()
    for child in answers.values { child.end() }
    queue.release()
  }

  // MARK: listening

  private func keepListening(now: Double) {
    guard listener?.isRunning != true, now >= listenerNotBefore else { return }
    if let listener { log.write("listener ended", reason: listener.lastWords) }
    listenerNotBefore = now + 1
    listener = try? ChildProgram(
      [program, "node-listener", "--config", file.path],
      isOurs: true,
      errors: queue.folder.appending(path: "listener.txt"),
      now: now
    )
  }

  /// Studies without a new object for a while are complete.
  private func settleComplete(now: Double) throws {
    for study in queue.studies.values where study.phase == .receiving {
      // Within the clock's leaps, too.
      let quiet = configuration.quietSeconds ?? 20
      guard now - study.lastObject >= quiet || study.lastObject > now + quiet else { continue }
      var study = study
      study.phase = .ready
      study.notBefore = 0
      try queue.update(study)
      log.write("complete", study, objects: queue.digests(of: study.key).count)
    }
  }

  // MARK: segmenting

  private func continueSegmentation(now: Double) throws {
    if let running = segmentation {
      if running.child.isRunning {
        guard now - running.child.started > (configuration.minutes ?? 60) * 60 else { return }
        running.child.end()
      }
      segmentation = nil
      try finish(running, now: now)
    }
    let ready = queue.studies.values.filter { $0.phase == .ready && $0.notBefore <= now }
    guard let study = ready.min(by: { ($0.lastObject, $0.key) < ($1.lastObject, $1.key) }) else {
      return
    }
    try begin(study, now: now)
  }

  private func begin(_ study: QueuedStudy, now: Double) throws {
    var study = study
    let objects = queue.digests(of: study.key)
    let folder = queue.objects(of: study.key)
    let found: Assignment?
    do { found = try fittingRule(study, in: folder) } catch {
      try retry(study, now: now, reason: "\(error)")
      return
    }
    guard let found else {
      study.phase = .done
      study.answered = objects
      study.problem = "No rule fits the study."
      try queue.update(study)
      log.write("no rule", study)
      return
    }
    // Its own structure set may come back with the study: that is no new scan.
    guard found.scan != study.scan else {
      study.phase = .done
      study.answered = objects
      try queue.update(study)
      log.write("nothing new", study, objects: objects.count)
      return
    }
    let rule = found.rule
    study.rule = rule.name
    study.target = rule.sendTo ?? study.caller
    try queue.update(study)
    let name = "answer-\(UUID().uuidString).dcm"
    let place = queue.place(of: study.key)
    let command =
      (configuration.segmenter ?? [program])
      + rule.arguments(
        scan: folder.path,
        series: found.series,
        output: place.appending(path: name).path,
        threads: configuration.threads
      )
    do {
      segmentation = Run(
        key: study.key,
        child: try ChildProgram(
          command,
          isOurs: configuration.segmenter == nil,
          errors: place.appending(path: "segment.txt"),
          now: now
        ),
        answer: name,
        objects: objects,
        scan: found.scan
      )
      log.write("segmenting", study, objects: objects.count)
    } catch {
      try retry(study, now: now, reason: "The program that segments cannot be started.")
    }
  }

  private func finish(_ run: Run, now: Double) throws {
    guard var study = queue.studies[run.key] else { return }
    let answer = queue.place(of: run.key).appending(path: run.answer)
    guard run.child.succeeded, FileManager.default.fileExists(atPath: answer.path) else {
      try retry(study, now: now, reason: run.child.lastWords)
      return
    }
    // Objects that came meanwhile ask for another segmentation, which follows this one's answer.
    try DurableFile.flush(answer)
    try DurableFile.flush(queue.place(of: run.key))
    study.phase = .sending
    study.attempts = 0
    study.notBefore = 0
    study.problem = nil
    study.answer = run.answer
    study.answered = run.objects
    study.scan = run.scan
    try queue.update(study)
    log.write("segmented", study, seconds: now - run.child.started)
  }

  // MARK: answering

  private func continueAnswers(now: Double) throws {
    for (key, child) in answers where !child.isRunning {
      answers[key] = nil
      guard var study = queue.studies[key] else { continue }
      guard child.succeeded else {
        try retry(study, now: now, reason: child.lastWords)
        continue
      }
      study.answers += 1
      study.attempts = 0
      study.problem = nil
      let isWhole = Set(queue.digests(of: key)).isSubset(of: study.answered)
      study.phase = isWhole ? .done : .receiving
      try queue.update(study)
      status.countAnswer()
      log.write("answered", study, seconds: now - study.firstObject)
    }
    // One peer that does not answer keeps no other waiting.
    let waiting = queue.studies.values.filter {
      $0.phase == .sending && $0.notBefore <= now && answers[$0.key] == nil
    }.sorted { ($0.lastObject, $0.key) < ($1.lastObject, $1.key) }
    for study in waiting.prefix(max(0, 4 - answers.count)) {
      guard let peer = study.target.flatMap({ configuration.peer(titled: $0) }),
        let answer = study.answer
      else {
        try retry(study, now: now, reason: "The answer's peer is not in the configuration.")
        continue
      }
      let place = queue.place(of: study.key)
      var command = [
        program, "send", place.appending(path: answer).path, "--host", peer.host, "--port",
        "\(peer.port)", "--called", peer.title, "--calling", configuration.title,
      ]
      if let tls = peer.security {
        command += [
          "--tls-certificate", tls.certificate, "--tls-key", tls.key, "--tls-authorities",
          tls.authorities,
        ]
      }
      let child = try? ChildProgram(
        command,
        isOurs: true,
        errors: place.appending(path: "send.txt"),
        now: now
      )
      guard let child else {
        try retry(study, now: now, reason: "The program that sends cannot be started.")
        continue
      }
      answers[study.key] = child
    }
  }
}
