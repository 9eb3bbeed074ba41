import Foundation
import GRDB

print(Date(), try DatabaseQueue().read { try Int.fetchOne($0, sql: "select 1")! })
