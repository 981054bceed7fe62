using Im.Core.Data;
using Im.Core.Pictures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Files;

public static class FileServices
{
    /// <summary><see cref="IFileRecords"/> and <see cref="IFileStore"/> on Postgres; settings: section <c>Files</c>. After <c>AddImData</c>.</summary>
    public static IServiceCollection AddImFiles(this IServiceCollection services)
    {
        services.AddOptions<FileStoreOptions>().BindConfiguration("Files").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FileStoreOptions>, FileStoreOptionsValidator>());
        services.TryAddSingleton<StoreReader>();
        services.TryAddSingleton<IFileRecords, FileRecords>();
        services.TryAddSingleton<IFileStore, PostgresFileStore>();
        services.TryAddSingleton<IPictureStore, PictureStore>();
        return services;
    }
}
