import Testing
import Torch
import Training

@Suite("Launchers")
struct ProcessMeetingTests {
  @Test("torchrun's environment says where to meet, and that its agent listens")
  func torchrun() throws {
    let meeting = try #require(
      try ProcessMeeting(environment: [
        "RANK": "3", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "node1", "MASTER_PORT": "4000", "TORCHELASTIC_USE_AGENT_STORE": "True",
        "TORCHELASTIC_RESTART_COUNT": "2",
        // A launcher within a Slurm step comes first.
        "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "4",
      ])
    )
    #expect(meeting.rank == 3 && meeting.count == 8)
    #expect(meeting.localRank == 1 && meeting.localCount == 2)
    #expect(meeting.host == "node1" && meeting.port == 4000 && meeting.isLauncherListening)
    #expect(meeting.name == "delineate/2")
    #expect(meeting.share(of: 24) == [3, 11, 19])
  }

  @Test(
    "srun's step says where to meet",
    arguments: [
      ("gpu[03-05,09],cpu1", "gpu03"), ("node7", "node7"), ("a,b[1-2]", "a"),
      ("rack[2-3]n[08,10]", "rack2n08"),
    ]
  )
  func slurm(nodes: String, first: String) throws {
    let meeting = try #require(
      try ProcessMeeting(environment: [
        "SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "6", "SLURM_LOCALID": "2",
        "SLURM_STEP_NODELIST": nodes, "SLURM_JOB_ID": "123456", "SLURM_STEP_ID": "0",
      ])
    )
    #expect(meeting.rank == 5 && meeting.count == 6 && meeting.localRank == 2)
    #expect(meeting.host == first && (20_000..<32_000).contains(meeting.port))
    #expect(!meeting.isLauncherListening)
  }

  @Test("mpirun's processes on one machine meet there; elsewhere they need a place")
  func mpi() throws {
    var environment = [
      "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
      "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
    ]
    let meeting = try #require(try ProcessMeeting(environment: environment))
    #expect(meeting.rank == 1 && meeting.host == "127.0.0.1" && meeting.port == 29_500)
    environment["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1"
    #expect(
      throws: TrainingError.launch(
        variable: "MASTER_ADDR",
        value: "not set",
        expected: "the machine of process 0, for 2 processes"
      )
    ) { try ProcessMeeting(environment: environment) }
  }

  @Test("One process is no group, be it in a batch script of many tasks")
  func alone() throws {
    #expect(try ProcessMeeting(environment: [:]) == nil)
    #expect(try ProcessMeeting(environment: ["RANK": "0", "WORLD_SIZE": "1"]) == nil)
    #expect(try ProcessMeeting(environment: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"]) == nil)
  }

  @Test(
    "What is no rank, count or port is refused",
    arguments: [
      ["WORLD_SIZE": "many"], ["WORLD_SIZE": "2"], ["WORLD_SIZE": "2", "RANK": "2"],
      ["WORLD_SIZE": "2", "RANK": "-1"],
      ["WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "a", "MASTER_PORT": "70000"],
      ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0", "SLURM_STEP_NODELIST": "a[1"],
    ]
  )
  func refused(environment: [String: String]) {
    #expect(throws: TrainingError.self) { try ProcessMeeting(environment: environment) }
  }
}
