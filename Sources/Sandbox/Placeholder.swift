import Hummingbird
import HummingbirdHTTP2
import X509
import NIOSSL
