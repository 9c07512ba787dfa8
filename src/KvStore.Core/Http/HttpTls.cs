// Servers of a cluster mostly have certificates of a private authority, and may ask for one of the client.
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KvStore.Http;

/// <summary>How a server's certificate is judged, and which certificate the client shows.</summary>
/// <param name="AuthorityFile">PEM file of the authorities that are trusted instead of the system's; null for the system's.</param>
/// <param name="CertificateFile">PEM file of the client's certificate; null for none.</param>
/// <param name="KeyFile">PEM file of its private key; null where the certificate's file holds it too.</param>
/// <param name="IsUnverified">Takes any certificate: the connection is secret, but to whom is not known.</param>
public sealed record HttpTls(string? AuthorityFile = null, string? CertificateFile = null, string? KeyFile = null, bool IsUnverified = false)
{
    /// <summary>The options of a connection; reads the files.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: a file cannot be read as what it is to be.</exception>
    internal SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions();
        if (CertificateFile is not null)
        {
            options.ClientCertificates = [Read(CertificateFile, ReadCertificate)];
        }

        if (IsUnverified)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (AuthorityFile is not null)
        {
            X509Certificate2Collection authorities = Read(AuthorityFile, ReadAuthorities);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate in PEM form");
    }

    private X509Certificate2 ReadCertificate(string file)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(file, KeyFile);

        // Windows' TLS cannot use a key that exists in memory alone, unless it came in by PKCS 12.
        return new X509Certificate2(certificate.Export(X509ContentType.Pfx));
    }

    private static T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new KvException(KvError.InvalidConfiguration, $"Certificate file '{file}' cannot be used: {e.Message}", file, e);
        }
    }
}
