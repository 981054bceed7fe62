using System.Security.Cryptography;
using System.Text;
using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>The resource keeps its data between runs.</summary>
internal sealed record DataVolumeAnnotation(VolumeStore Store, string Name) : IResourceAnnotation;

/// <summary>
/// Where data is kept that survives a run; stands in for a container engine's volumes. A folder for each volume, and beside it a file
/// with its password that only this user can read. The root is configuration key <c>Containerless:DataDirectory</c>.
/// </summary>
internal sealed class VolumeStore(IConfiguration configuration, string applicationName, string appHostDirectory)
{
    public const string DataDirectoryKey = "Containerless:DataDirectory";

    public string RootDirectory { get; } = Path.GetFullPath(configuration[DataDirectoryKey] ?? Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "aspire-containerless"));

    /// <summary>Like stock's: each clone of a repository has volumes of its own.</summary>
    public string DefaultName(string resourceName)
    {
        var clone = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)))[..10];
        return $"{applicationName.ToLowerInvariant()}-{clone}-{resourceName}-data";
    }

    public string DirectoryOf(string volumeName) => Path.Combine(RootDirectory, volumeName);

    public string GetOrAddSecret(string volumeName, Func<string> generate)
    {
        PrivateFolder.CreateOpen(RootDirectory);
        var path = Path.Combine(RootDirectory, $"{volumeName}.password");
        if (File.Exists(path) && File.ReadAllText(path) is { Length: > 0 } kept)
            return kept;
        var secret = generate();
        SecretFile.Write(path, secret);
        return secret;
    }
}
