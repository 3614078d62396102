import Foundation
import ImageProcessing
import VolumeFiles
import Volumes

extension DrawnPatient {
  /// The grid of the true displacements: the CT's field of view, 5 mm apart.
  func fieldGrid() throws(GridError) -> VoxelGrid {
    try ctGrid().coarsened(to: 5)
  }
}

extension VoxelGrid {
  /// A grid over the same field of view with voxels of a width along all axes, mm.
  func coarsened(to width: Double) throws(GridError) -> VoxelGrid {
    let extent = SIMD3<Double>(size) * spacing
    return try VoxelGrid(
      size: SIMD3<Int>((extent / width).rounded(.up)),
      spacing: SIMD3(repeating: width),
      origin: origin,
      direction: direction
    )
  }
}

extension PatientPoses {
  /// The displacements from CT to MR at the voxels of a grid on the CT, mm.
  func mrFromCTField(on grid: VoxelGrid, threads: Int) -> [SIMD3<Float>] {
    field(on: grid, threads: threads) { ctFromMR.applyInverse(to: $0) }
  }

  /// The displacements of a map of places at the voxels of a grid, mm.
  func field(
    on grid: VoxelGrid,
    threads: Int,
    _ move: @Sendable (Places) -> Void
  ) -> [SIMD3<Float>] {
    var field = [SIMD3<Float>](repeating: SIMD3(), count: grid.count)
    let blocks = GridBlocks(grid)
    field.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let target = SharedPointer(start)
      blocks.forEach(threads: threads) { block, stack in
        let from = stack.takePlaces(groups: block.groups)
        let to = stack.takePlaces(groups: block.groups)
        blocks.fill(from, block, shift: 0)
        blocks.fill(to, block, shift: 0)
        move(to)
        blocks.forEachRun(of: block) { group, index, count in
          let (x, y, z) = (
            to.x[group] - from.x[group], to.y[group] - from.y[group], to.z[group] - from.z[group]
          )
          for lane in 0..<count { target.pointer[index + lane] = SIMD3(x[lane], y[lane], z[lane]) }
        }
        stack.drop(6)
      }
    }
    return field
  }

  /// A rigid map as an ITK text transform: a unit quaternion's vector part and a
  /// translation about the origin.
  static func text(of rigid: Volumes.AffineTransform<PatientSpace, PatientSpace>) -> String {
    let m = rigid.linear
    // Turns are far below half a turn, so the scalar part is not near zero.
    let scalar = (1 + m.x.x + m.y.y + m.z.z).squareRoot() / 2
    let versor = SIMD3(m.y.z - m.z.y, m.z.x - m.x.z, m.x.y - m.y.x) / (4 * scalar)
    let offset = rigid.offset
    let numbers = [versor.x, versor.y, versor.z, offset.x, offset.y, offset.z]
    return """
      #Insight Transform File V1.0
      #Transform 0
      Transform: VersorRigid3DTransform_double_3_3
      Parameters: \(numbers.map { "\($0)" }.joined(separator: " "))
      FixedParameters: 0 0 0

      """
  }
}

/// Writes displacements as a MetaImage of three channels.
func writeField(
  _ field: [SIMD3<Float>],
  _ grid: VoxelGrid,
  to url: URL
) throws(VolumeFileError) {
  let (d, o, s, n) = (grid.direction, grid.origin, grid.spacing, grid.size)
  let header = """
    ObjectType = Image
    NDims = 3
    BinaryData = True
    BinaryDataByteOrderMSB = False
    CompressedData = False
    TransformMatrix = \(d.x.x) \(d.x.y) \(d.x.z) \(d.y.x) \(d.y.y) \(d.y.z) \(d.z.x) \(d.z.y) \(d.z.z)
    Offset = \(o.x) \(o.y) \(o.z)
    CenterOfRotation = 0 0 0
    ElementSpacing = \(s.x) \(s.y) \(s.z)
    DimSize = \(n.x) \(n.y) \(n.z)
    ElementNumberOfChannels = 3
    ElementType = MET_FLOAT
    ElementDataFile = LOCAL

    """
  var data = Data(header.utf8)
  var numbers: [UInt32] = []
  numbers.reserveCapacity(3 * field.count)
  for vector in field {
    for axis in 0..<3 { numbers.append(vector[axis].bitPattern.littleEndian) }
  }
  numbers.withUnsafeBytes { data.append(contentsOf: $0) }
  do {
    try data.write(to: url, options: .atomic)
  } catch {
    throw .unwritable(file: url.lastPathComponent, reason: "the folder does not take it")
  }
}
