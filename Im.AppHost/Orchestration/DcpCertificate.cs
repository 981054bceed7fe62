using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Orchestration;

/// <summary>
/// The certificate of DCP's own loopback API. Without a trusted development certificate DCP makes an RSA key at each start, which takes from 0.3 to 3 s;
/// a P-256 key takes a millisecond and is kept. It is used for nothing else, and trusted by nobody else.
/// </summary>
/// <param name="stock">Aspire's own service: a development certificate that the person trusts goes first.</param>
#pragma warning disable ASPIRECERTIFICATES001 // the one way to give DCP a certificate
internal sealed partial class DcpCertificate(IDeveloperCertificateService stock, ILogger<DcpCertificate> logger) : IDeveloperCertificateService
{
    // By this extension Aspire knows a development certificate.
    private const string DevelopmentCertificateOid = "1.3.6.1.4.1.311.84.1.1";

    private readonly Lazy<ImmutableList<X509Certificate2>> _own = new(() => LoadOrCreate(logger) is { } own ? [own] : []);

    public ImmutableList<X509Certificate2> Certificates => stock.Certificates.Count > 0 ? stock.Certificates : _own.Value;

    public bool SupportsContainerTrust => stock.SupportsContainerTrust;

    public bool UseForHttps => stock.UseForHttps;

    public bool TrustCertificate => stock.Certificates.Count > 0 && stock.TrustCertificate;

    public bool LatestCertificateIsUntrusted => stock.LatestCertificateIsUntrusted;

    public static void Use(IDistributedApplicationBuilder builder)
    {
        var services = builder.Services;
        var stock = services.Last(service => service.ServiceType == typeof(IDeveloperCertificateService)).ImplementationType!;
        services.AddSingleton(stock);
        services.AddSingleton<IDeveloperCertificateService>(provider =>
            ActivatorUtilities.CreateInstance<DcpCertificate>(provider, (IDeveloperCertificateService)provider.GetRequiredService(stock)));
    }

    private static X509Certificate2? LoadOrCreate(ILogger logger)
    {
        var path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "im-apphost", "dcp.pfx");
        try
        {
            if (File.Exists(path) && X509CertificateLoader.LoadPkcs12FromFile(path, null, X509KeyStorageFlags.Exportable) is var kept && kept.NotAfter > DateTime.Now.AddDays(1))
                return kept;
            var made = Create().Export(X509ContentType.Pfx);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var staging = $"{path}.{Guid.NewGuid():N}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(staging, options))
                file.Write(made);
            File.Move(staging, path, overwrite: true);
            return X509CertificateLoader.LoadPkcs12(made, null, X509KeyStorageFlags.Exportable);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogNone(logger, failure.Message);
            return null;
        }
    }

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509Extension(DevelopmentCertificateOid, [2], critical: false));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }

    [LoggerMessage(1, LogLevel.Debug, "No certificate of its own for DCP, which makes one: {Reason}")]
    private static partial void LogNone(ILogger logger, string reason);
}
