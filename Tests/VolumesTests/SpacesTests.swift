import TestSupport
import Testing
import Volumes

@Suite("Points and transforms")
struct SpacesTests {
  private enum Here {}
  private enum There {}
  private enum Beyond {}

  @Test("A transform followed by another is both, one after the other")
  func composition() {
    let first = AffineTransform<Here, There>(
      linear: Matrix3(columns: [0, 1, 0], [-1, 0, 0], [0, 0, 2]),
      offset: [1, 2, 3]
    )
    let second = AffineTransform<There, Beyond>(
      linear: .diagonal([2, 3, 4]),
      offset: [-1, 0, 1]
    )
    let point = Point<Here>(5, 6, 7)
    #expect(first.then(second)(point) == second(first(point)))
  }

  @Test("A transform and its inverse cancel; a singular one has none")
  func inverse() throws {
    let transform = AffineTransform<Here, There>(
      linear: Matrix3(columns: [0.8, 0.6, 0], [-1.2, 1.6, 0], [0.1, 0, 3]),
      offset: [9, -8, 7]
    )
    let back = try #require(transform.inverted())
    let point = Point<Here>(1, 2, 3)
    #expect(length(back(transform(point)).coordinates - point.coordinates) < 1e-12)
    let flat = AffineTransform<Here, There>(linear: .diagonal([1, 0, 1]), offset: [0, 0, 0])
    #expect(flat.inverted() == nil)
  }

  @Test("Orientations are rotations and reflections: their transpose is their inverse")
  func orthonormal() {
    for direction in allOrientations {
      #expect(direction * direction.transposed == .identity)
      #expect(direction.determinant.magnitude == 1)
      #expect(direction.inverted() == direction.transposed)
    }
    #expect(allOrientations.filter { $0.determinant > 0 }.count == 24)
  }

  @Test("Vector products follow the right hand")
  func products() {
    #expect(cross([1, 0, 0], [0, 1, 0]) == [0, 0, 1])
    #expect(dot([1, 2, 3], [4, 5, 6]) == 32)
    #expect(length([2, 3, 6]) == 7)
    #expect(Matrix3(columns: [.nan, 0, 0], [0, 1, 0], [0, 0, 1]).isFinite == false)
  }
}
