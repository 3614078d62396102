import DICOMStudies
import Foundation
import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite("Real structure sets")
struct RealStructureSetTests {
  @Test(
    "Orthanc's lung structure set is read whole",
    .enabled(if: SharedData.has("orthanc_lctsc_rtstruct/RT.dcm"))
  )
  func orthanc() throws {
    let folder = try #require(SharedData.folder).appending(path: "orthanc_lctsc_rtstruct")
    let file = try StructureSetFile.read(at: folder.appending(path: "RT.dcm"))
    #expect(!file.structureSet.structures.isEmpty)
    #expect(file.structureSet.structures.contains { !$0.contours.isEmpty })
    #expect(!file.frameOfReference.isEmpty)
    #expect(
      Set(file.structureSet.structures.map(\.number)).count == file.structureSet.structures.count
    )
  }

  @Test(
    "The examples of rt-utils are read, broken references too",
    .enabled(if: SharedData.has("rt_utils_examples/mock_data/rt.dcm"))
  )
  func rtUtils() throws {
    let folder = try #require(SharedData.folder).appending(path: "rt_utils_examples/mock_data")
    let index = try StudyIndex(at: folder)
    let series = try index.imageSeries()
    #expect(series.instances.count == 2)
    for name in ["rt.dcm", "invalid_reference_rt.dcm", "non_existent_reference_rt.dcm"] {
      let file = try StructureSetFile.read(at: folder.appending(path: name))
      #expect(!file.structureSet.structures.isEmpty)
      let placed = file.placed(on: series)
      #expect(placed.structureSet.structures.count == file.structureSet.structures.count)
    }
    let broken = try StructureSetFile.read(
      at: folder.appending(path: "non_existent_reference_rt.dcm")
    )
    #expect(!(broken.findings.isEmpty && broken.placed(on: series).findings.isEmpty))
  }

  @Test(
    "A structure set is no image series, and an image no structure set",
    .enabled(if: SharedData.has("orthanc_lctsc_rtstruct/CT01.dcm"))
  )
  func wrongObject() throws {
    let folder = try #require(SharedData.folder).appending(path: "orthanc_lctsc_rtstruct")
    #expect(
      throws: DICOMObjectError.wrongObject(
        file: "CT01.dcm",
        found: "CT",
        expected: "an RT Structure Set"
      )
    ) {
      try StructureSetFile.read(at: folder.appending(path: "CT01.dcm"))
    }
  }
}
