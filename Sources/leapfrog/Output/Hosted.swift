/// Something with the host that it is on, as one document.
struct Hosted<Value: Encodable>: Encodable {
  let value: Value
  let host: String

  private enum Key: String, CodingKey { case host }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(host, forKey: .host)
  }
}
